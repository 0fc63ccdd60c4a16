class A {
  constructor(private a: B, private d: D) {}
}
