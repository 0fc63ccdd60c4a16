class A {
  constructor(private a: X) {}
}
