class A {
  a() {
    return 1;
  }
}
