class A {
    void a() {
        a();
    }

    void b() {
        b();
    }

    void c() {
        c();
        d();
    }
}
