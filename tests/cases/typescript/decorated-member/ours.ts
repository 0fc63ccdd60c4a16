class A {
  @Input() x: number;
}
