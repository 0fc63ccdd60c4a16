class A {
  constructor(
    public a: A,
    private b: B,
  ) {}
}
