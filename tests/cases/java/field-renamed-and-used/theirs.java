class A {
    int x;
    int f() {
        return x + 1;
    }
}
