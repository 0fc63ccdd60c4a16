function f() {
  const x = g(1);
  return x;
}
