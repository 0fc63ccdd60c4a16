class A {
  void a() {
    x();
  }

  void b() {
    y();
  }

  void c() {
    z();
  }
}
