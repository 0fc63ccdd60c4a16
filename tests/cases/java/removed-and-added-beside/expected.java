class A {
    int z;
    int b;
}
