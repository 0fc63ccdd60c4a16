class A {
    private static final int x;
}
