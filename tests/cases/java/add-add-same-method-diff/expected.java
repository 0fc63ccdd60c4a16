class A {
    int x;
<<<<<<< ours

    void f() {
        a();
    }
||||||| base
=======

    void f() {
        b();
    }
>>>>>>> theirs
}
