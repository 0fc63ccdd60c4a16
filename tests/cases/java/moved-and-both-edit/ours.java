class A {
    void c() {
        cc();
    }

    void a() {
        a();
    }

    void b() {
        b();
    }
}
