class A {
    // c
    int x;
}
