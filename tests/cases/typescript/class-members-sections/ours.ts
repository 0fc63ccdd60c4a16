class A {
  // state
  a = 1;
  b = 2;

  // methods
  f() {}
}
