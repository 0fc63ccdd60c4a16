class A {
  x: bigint = 1;
}
