class A {
    int a() { return 0; }
}
