class A {
  private x: bigint = 1;
}
