if (a) {
  b();
} else {
  d();
}
