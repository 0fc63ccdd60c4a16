function f(a: string): Promise<string> {
  return a;
}
