interface A {
  x: number;
  z: boolean;
}
