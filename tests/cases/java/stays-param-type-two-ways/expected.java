class A {
<<<<<<< ours
    void f(long a) {}
||||||| base
    void f(int a) {}
=======
    void f(short a) {}
>>>>>>> theirs
}
