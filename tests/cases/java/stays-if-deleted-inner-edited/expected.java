class A {
    void f() {
<<<<<<< ours
||||||| base
        if (x) {
            a();
        }
=======
        if (x) {
            a(1);
        }
>>>>>>> theirs
        z();
    }
}
