struct A : B {
  virtual int a() const;
};
