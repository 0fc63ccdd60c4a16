class A {
public:
  void f();
  void g();
};
