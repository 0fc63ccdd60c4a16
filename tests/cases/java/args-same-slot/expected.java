class A {
    void f() {
<<<<<<< ours
        g(3, 2);
||||||| base
        g(1, 2);
=======
        g(4, 2);
>>>>>>> theirs
    }
}
