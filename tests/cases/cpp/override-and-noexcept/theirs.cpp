class B : public A {
 public:
  void run(int n);
};
