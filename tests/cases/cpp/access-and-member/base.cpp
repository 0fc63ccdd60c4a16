class A {
public:
  void f();
};
