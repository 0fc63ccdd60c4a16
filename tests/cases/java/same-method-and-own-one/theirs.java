class A {
    void a() {
        a();
    }

    void s() {
        s();
    }

    void t() {
        t();
    }
}
