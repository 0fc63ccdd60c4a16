class A {
    void g() {
        b();
    }
}
