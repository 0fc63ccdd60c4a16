class A {
    int b;
    int c;
}
