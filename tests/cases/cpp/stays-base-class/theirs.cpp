class A : public B, public D {
};
