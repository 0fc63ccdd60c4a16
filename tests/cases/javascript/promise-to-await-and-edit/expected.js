async function f() {
  const x = await g();
  return h(x, 1);
}
