class A {
  f() {}
  g() {}
}
