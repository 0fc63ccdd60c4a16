class A {
    int f() {
        a();
        return 1;
    }
}
