class A {
    int a;
}
