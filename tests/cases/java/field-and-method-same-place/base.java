class A {
    int z;
}
