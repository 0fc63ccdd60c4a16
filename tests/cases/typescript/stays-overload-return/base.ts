class A {
  f(): void {}
}
