class A {
public:
  void f();
  void h();
};
