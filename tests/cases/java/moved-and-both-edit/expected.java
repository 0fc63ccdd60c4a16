class A {
    void c() {
        cc();
        d();
    }

    void a() {
        a();
    }

    void b() {
        b();
    }
}
