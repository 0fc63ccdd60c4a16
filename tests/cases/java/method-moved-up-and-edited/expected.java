class A {
    void third() {
        c();
        d();
    }

    void first() {
        a();
    }

    void second() {
        b();
    }
}
