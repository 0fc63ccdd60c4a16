class A {
    void f() {
        x = h(g(b));
    }
}
