class A {
  constructor(private a: B) {}
}
