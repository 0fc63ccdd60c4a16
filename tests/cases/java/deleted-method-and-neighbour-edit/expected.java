class A {
    void b(int k) {
        y();
    }
}
