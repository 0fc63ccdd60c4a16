class A {
    void g() {
    }
}
