class A {
<<<<<<< ours
||||||| base
    void f() {
        a();
    }

=======
    void f() {
        a();
        c();
    }

>>>>>>> theirs
    void g() {
        b();
    }
}
