class A {
    void f() {
        x = g(a);
    }
}
