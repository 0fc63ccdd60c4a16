class A {
    // two
    void g() {
        b();
    }

    // one
    void f() {
        a(1);
    }
}
