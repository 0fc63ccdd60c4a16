<<<<<<< ours
async function f() {
  const x = await g();
  return h(x);
||||||| base
function f() {
  return g().then(x => h(x));
=======
function f() {
  return g().then(x => h(x, 1));
>>>>>>> theirs
}
