class A extends B {
  f() {
    return 1;
  }
}
