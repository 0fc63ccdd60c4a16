class A {
    void f() {
        x = h(g(a));
    }
}
