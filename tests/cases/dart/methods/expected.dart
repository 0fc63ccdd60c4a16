class A {
  void f() {}

  void g() {}

  void h() {}
}
