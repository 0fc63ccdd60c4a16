if (!a) {
  c();
} else {
  b();
}
