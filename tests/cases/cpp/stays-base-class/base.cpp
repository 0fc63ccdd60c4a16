class A : public B {
};
