interface A {
  x: number;
  y: string;
}
