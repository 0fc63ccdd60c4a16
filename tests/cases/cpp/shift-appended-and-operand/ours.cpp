void f() {
  out() << fits() << extra();
}
