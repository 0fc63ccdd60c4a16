<<<<<<< ours
if (!a) {
||||||| base
if (a) {
  b();
} else {
=======
if (a) {
  b(1);
} else {
>>>>>>> theirs
  c();
} else {
  b();
}
