class A {
    int f() { return 2; }
}
