class A {
    int f() {
        return g(b) + 1;
    }
}
