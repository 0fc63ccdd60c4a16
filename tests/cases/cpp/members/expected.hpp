class A {
public:
  void a();
  void b();
  int c() const;
};
