function f(a) {
  return a + 2;
}
