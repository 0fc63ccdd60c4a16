class A {
    void f() {
        x = g(b);
    }
}
