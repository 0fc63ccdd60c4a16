class A {
  f() {}
  h() {}
}
