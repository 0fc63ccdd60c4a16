class A {
  constructor(private readonly a: X, private b: Y) {}
}
