class A {
    void b() {
    }

    void a() {
        y();
    }

    void c() {
    }

    void d() {
    }
}
