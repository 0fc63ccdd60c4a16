class A {
    int a;
}
