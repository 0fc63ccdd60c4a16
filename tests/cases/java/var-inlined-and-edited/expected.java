class A {
    int f() {
        return g(c) + 1;
    }
}
