class A {
    long f() { return 2; }
}
