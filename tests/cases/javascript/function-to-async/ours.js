async function f(a) {
  return a;
}
