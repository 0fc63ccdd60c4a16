class A {
    void third() {
        c();
    }

    void first() {
        a();
    }

    void second() {
        b();
    }
}
