interface A {
  x: number;
  y: number;
}
