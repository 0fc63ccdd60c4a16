struct A : B {
  virtual long a();
};
