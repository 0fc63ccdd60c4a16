class A {
  f(a: string, b?: number): void {
    g(a);
  }
}
