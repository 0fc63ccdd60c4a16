class A {
    void f() {
        z();
    }
}
