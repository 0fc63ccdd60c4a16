class A {
    int z;
    int a;
}
