class A {
    long f() { return 1; }
}
