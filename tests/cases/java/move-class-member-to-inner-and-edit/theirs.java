class A {
    void f() {
        a();
        b(1);
        c();
    }
    void z() {}
}
