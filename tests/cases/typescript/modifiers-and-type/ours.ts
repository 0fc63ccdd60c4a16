class A {
  private x: number = 1;
}
