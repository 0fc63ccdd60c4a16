class A {
  void f();
};
