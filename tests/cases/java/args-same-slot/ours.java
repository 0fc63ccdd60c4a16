class A {
    void f() {
        g(3, 2);
    }
}
