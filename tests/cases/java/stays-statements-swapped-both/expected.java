class A {
    void f() {
<<<<<<< ours
        b();
        a();
||||||| base
        a();
        b();
=======
        a();
>>>>>>> theirs
        c();
        b();
    }
}
