function f(a: string): string {
  return a;
}
