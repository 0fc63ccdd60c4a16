class A {
    int f() {
        int a = g(b);
        return a + 1;
    }
}
