class A {
    int f() {
        int a = g();
        return a;
    }
}
