async function f(a, b) {
  return a;
}
