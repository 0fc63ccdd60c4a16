class A {
    void a() {
        a();
    }

    void s() {
        s();
    }

    void o() {
        o();
    }
}
