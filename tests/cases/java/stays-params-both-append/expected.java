class A {
<<<<<<< ours
    void f(int a, int b) {}
||||||| base
    void f(int a) {}
=======
    void f(int a, int c) {}
>>>>>>> theirs
}
