class A {
    void a() {
    }

    void b() {
    }

    void c() {
    }

    void d() {
    }
}
