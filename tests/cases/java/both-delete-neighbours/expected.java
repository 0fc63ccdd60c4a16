class A {
    int a;
    int d;
}
