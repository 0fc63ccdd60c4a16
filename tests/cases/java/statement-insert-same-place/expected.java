class A {
    void f() {
        a();
<<<<<<< ours
        b();
||||||| base
=======
        c();
>>>>>>> theirs
        z();
    }
}
