class A {
  constructor(private a: X, private b: Y) {}
}
