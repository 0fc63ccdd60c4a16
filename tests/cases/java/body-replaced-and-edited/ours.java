class A {
    int f() {
        return h();
    }
}
