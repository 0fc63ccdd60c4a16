class A {
  f() {}
  g() {}
  h() {}
}
