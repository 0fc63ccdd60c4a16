class A {
    void g() {
        two();
    }
}
