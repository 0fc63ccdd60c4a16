class A {
public:
  void a();
  int c() const;
};
