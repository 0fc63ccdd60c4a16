if (!a) {
  c();
} else {
  b(1);
}
