int f() {
<<<<<<< ours
  return 2;
||||||| base
  return 1;
=======
  return 3;
>>>>>>> theirs
}
