class A {
  // state
  a = 1;
  c = 3;

  // methods
  f() {}
}
