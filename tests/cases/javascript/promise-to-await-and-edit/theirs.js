function f() {
  return g().then(x => h(x, 1));
}
