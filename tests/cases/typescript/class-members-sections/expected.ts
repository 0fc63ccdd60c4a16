class A {
  // state
  a = 1;
  b = 2;
  c = 3;

  // methods
  f() {}
}
