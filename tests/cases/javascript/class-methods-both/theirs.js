class A {
  a() {
    return 1;
  }

  c() {
    return 3;
  }
}
