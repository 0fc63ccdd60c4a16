class A {
  x: number = 1;
}
