class A {
    int c;
}
