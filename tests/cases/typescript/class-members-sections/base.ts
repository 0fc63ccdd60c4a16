class A {
  // state
  a = 1;

  // methods
  f() {}
}
