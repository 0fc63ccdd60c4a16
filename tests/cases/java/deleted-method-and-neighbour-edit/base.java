class A {
    void a() {
        x();
    }
    void b() {
        y();
    }
}
