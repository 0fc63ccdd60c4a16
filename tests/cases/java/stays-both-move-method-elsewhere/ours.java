class A {
    void b() {
    }

    void c() {
    }

    void d() {
    }

    void a() {
        x();
    }
}
