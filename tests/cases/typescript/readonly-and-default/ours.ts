class A {
  readonly x: number = 1;
}
