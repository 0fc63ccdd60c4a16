void f() {
  out() << fits(1);
}
