interface A {
  a: string | null;
}
