class A {
    void f() {
        a();
        c();
        b();
    }
}
