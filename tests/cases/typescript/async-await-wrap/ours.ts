async function f() {
  const x = await g(1);
  return x;
}
