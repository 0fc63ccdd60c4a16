interface A {
  a: string;
  b: string;
}
