class A {
  f(x) {
    return 1;
  }
}
