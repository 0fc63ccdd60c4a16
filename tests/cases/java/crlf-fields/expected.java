class A {
    int a;
    int b;
    int c;
}
