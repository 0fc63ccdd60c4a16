class A {
  void f() {}

  void h() {}
}
