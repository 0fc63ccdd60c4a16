class A {
  @Input('y') x: number;
}
