class A {
    void b() {
        y();
    }
}
