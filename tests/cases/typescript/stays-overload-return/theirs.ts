class A {
  f(): number {}
}
