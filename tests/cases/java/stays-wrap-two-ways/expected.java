class A {
    void f() {
<<<<<<< ours
        if (x) {
            a();
        }
||||||| base
        a();
=======
        while (y) {
            a();
        }
>>>>>>> theirs
    }
}
