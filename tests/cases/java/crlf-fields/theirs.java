class A {
    int a;
    int c;
}
