<<<<<<< ours
class A : public B, public C {
||||||| base
class A : public B {
=======
class A : public B, public D {
>>>>>>> theirs
};
