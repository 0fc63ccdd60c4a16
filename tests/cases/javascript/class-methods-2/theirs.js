class A {
  a() {
    return 1;
  }

  static c() {
    return 3;
  }
}
