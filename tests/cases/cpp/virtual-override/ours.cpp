class A {
  virtual void f();
};
