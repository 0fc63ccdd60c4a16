class A {
    void g() {
        a();
    }
}
