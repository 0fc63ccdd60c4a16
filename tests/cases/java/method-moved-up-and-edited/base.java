class A {
    void first() {
        a();
    }

    void second() {
        b();
    }

    void third() {
        c();
    }
}
