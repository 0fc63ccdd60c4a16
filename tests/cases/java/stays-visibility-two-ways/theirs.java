class A {
    protected int x;
}
