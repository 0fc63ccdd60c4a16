class A {
    void a() {
        x();
    }
    void b(int k) {
        y();
    }
}
