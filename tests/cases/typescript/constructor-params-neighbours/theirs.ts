class A {
  constructor(
    private a: A,
    private b: C,
  ) {}
}
