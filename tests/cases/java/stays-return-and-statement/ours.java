class A {
    int f() {
        a();
        return 2;
    }
}
