interface A {
  x: number;
  name: string;
}
