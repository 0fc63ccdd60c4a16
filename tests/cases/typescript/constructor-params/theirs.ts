class A {
  constructor(private readonly a: X) {}
}
