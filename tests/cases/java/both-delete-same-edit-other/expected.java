class A {
    int a;
    long c;
}
