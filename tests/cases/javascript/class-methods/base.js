class A {
  f() {}
}
