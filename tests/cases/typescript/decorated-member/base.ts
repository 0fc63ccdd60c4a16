class A {
  @Input() x: string;
}
