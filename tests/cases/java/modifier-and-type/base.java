class A {
    int limit = 1;
}
