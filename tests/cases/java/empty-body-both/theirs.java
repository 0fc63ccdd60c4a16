class A {
    void f() {
        b();
    }
}
