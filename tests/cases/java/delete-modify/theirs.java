class A {
    void f() {
        a();
        c();
    }

    void g() {
        b();
    }
}
