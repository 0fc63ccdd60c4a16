interface A {
  a: string;
  c(): void;
}
