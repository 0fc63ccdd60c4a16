class A {
    void f() {
        b();
        a();
        c();
    }
}
