class A {
  f(): string {}
}
