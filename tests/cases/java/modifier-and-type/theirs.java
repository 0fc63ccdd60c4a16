class A {
    long limit = 1;
}
