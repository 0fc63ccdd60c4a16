class A extends B {
  f(x) {
    return 1;
  }
}
