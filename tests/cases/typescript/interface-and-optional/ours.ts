interface A {
  x?: number;
}
