class A {
    @X
    int a;
    int b;
    int c;
}
