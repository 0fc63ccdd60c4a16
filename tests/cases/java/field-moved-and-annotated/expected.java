class A {
    int b;
    int c;
    @X
    int a;
}
