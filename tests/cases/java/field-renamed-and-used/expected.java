class A {
    int y;
    int f() {
        return y + 1;
    }
}
