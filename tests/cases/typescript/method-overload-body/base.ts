class A {
  f(a: string): void {
    g(a);
  }
}
