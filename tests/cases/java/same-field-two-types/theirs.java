class A {
    int x;
    long size;
}
