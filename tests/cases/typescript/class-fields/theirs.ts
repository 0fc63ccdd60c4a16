class A {
  a = 1;
  c = 3;
}
