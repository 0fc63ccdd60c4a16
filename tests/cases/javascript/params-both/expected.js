<<<<<<< ours
function f(a, b) {
||||||| base
function f(a) {
=======
function f(a, c) {
>>>>>>> theirs
  return a;
}
