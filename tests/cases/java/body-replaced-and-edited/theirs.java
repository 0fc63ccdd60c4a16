class A {
    int f() {
        int a = g(1);
        return a;
    }
}
