class A {
    void f() {
<<<<<<< ours
        a();
||||||| base
=======
        b();
>>>>>>> theirs
    }
}
