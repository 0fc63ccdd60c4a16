class A {
    int a;
    int z;
    int b;
}
