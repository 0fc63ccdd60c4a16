class A {
    void f() {
<<<<<<< ours
        // a();
||||||| base
        a();
=======
        a(1);
>>>>>>> theirs
        b();
    }
}
