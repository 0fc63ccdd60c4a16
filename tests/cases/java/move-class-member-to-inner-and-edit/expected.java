class A {
<<<<<<< ours
||||||| base
    void f() {
        a();
        b();
        c();
    }
=======
    void f() {
        a();
        b(1);
        c();
    }
>>>>>>> theirs
    void z() {}
    class B {
        void f() {
            a();
            b();
            c();
        }
    }
}
