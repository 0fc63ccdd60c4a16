class A {
    int b;
    int c;
    int a;
}
