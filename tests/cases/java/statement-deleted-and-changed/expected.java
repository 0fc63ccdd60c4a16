class A {
    void f() {
<<<<<<< ours
||||||| base
        a(1);
=======
        a(2);
>>>>>>> theirs
        b();
    }
}
