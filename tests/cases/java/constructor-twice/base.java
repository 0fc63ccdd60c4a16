class A {
    int n;
}
