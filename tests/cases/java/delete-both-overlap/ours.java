class A {
    void f() {
        a();
        d();
    }
}
