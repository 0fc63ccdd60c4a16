interface A {
  a?: string;
}
