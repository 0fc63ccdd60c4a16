struct A : B {
  virtual long a() const;
};
