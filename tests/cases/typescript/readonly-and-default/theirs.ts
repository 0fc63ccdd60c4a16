class A {
  x: number = 2;
}
