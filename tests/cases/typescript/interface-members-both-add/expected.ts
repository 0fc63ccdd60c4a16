interface A {
  x: number;
  y: number;
  name: string;
}
