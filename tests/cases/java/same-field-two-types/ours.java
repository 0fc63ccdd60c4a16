class A {
    int x;
    int size;
}
