class A {
    // one
    void f() {
        a(1);
    }

    // two
    void g() {
        b();
    }
}
