class A {
    int f() {
        int a = g(c);
        return a + 1;
    }
}
