class A {
    // b
    int x;
}
