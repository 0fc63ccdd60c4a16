class A {
    int b;
}
