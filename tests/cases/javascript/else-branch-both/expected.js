if (a) {
  b();
<<<<<<< ours
} else {
  c();
||||||| base
=======
} else {
  d();
>>>>>>> theirs
}
