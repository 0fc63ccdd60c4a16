class B : public A {
 public:
  void run() override;
};
