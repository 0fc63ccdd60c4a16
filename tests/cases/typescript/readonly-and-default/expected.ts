class A {
  readonly x: number = 2;
}
