class A {
    void f() {
        a();
        b();
        z();
    }
}
