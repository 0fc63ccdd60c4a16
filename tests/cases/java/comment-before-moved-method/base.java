class A {
    // one
    void f() {
        a();
    }

    // two
    void g() {
        b();
    }
}
