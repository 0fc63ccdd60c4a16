function f(a, c) {
  return a;
}
