class A {
    int a;
    int c;
    int d;
}
