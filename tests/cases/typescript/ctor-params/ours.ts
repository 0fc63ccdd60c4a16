class A {
  constructor(private a: B, private c: C) {}
}
