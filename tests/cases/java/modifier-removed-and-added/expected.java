class A {
    static final int x;
}
