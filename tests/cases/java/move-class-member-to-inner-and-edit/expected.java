class A {
    void z() {}
    class B {
        void f() {
            a();
            b(1);
            c();
        }
    }
}
