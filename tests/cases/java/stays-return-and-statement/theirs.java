class A {
    int f() {
        a();
        b();
        return 3;
    }
}
