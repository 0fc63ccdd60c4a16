class A {
public:
  void a();
  void b();
};
