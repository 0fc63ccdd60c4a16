function f() {
  return g().then(x => h(x));
}
