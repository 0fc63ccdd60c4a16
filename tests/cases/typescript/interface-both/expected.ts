interface A {
  x: number;
  y: string;
  z: boolean;
}
