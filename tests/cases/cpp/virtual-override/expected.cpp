class A {
  virtual void f() const;
};
