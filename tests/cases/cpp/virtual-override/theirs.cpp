class A {
  void f() const;
};
