async function f() {
  const x = await g(2);
  return x;
}
