void f() {
  out() << fits(1) << extra();
}
