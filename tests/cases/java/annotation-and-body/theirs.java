class A {
    int size() { return 2; }
}
