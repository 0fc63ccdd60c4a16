void f() {
  out() << fits();
}
