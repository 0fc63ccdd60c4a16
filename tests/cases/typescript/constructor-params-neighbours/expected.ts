class A {
  constructor(
    public a: A,
    private b: C,
  ) {}
}
