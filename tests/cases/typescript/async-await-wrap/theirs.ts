function f() {
  const x = g(2);
  return x;
}
