class A {
  @Input('y') x: string;
}
