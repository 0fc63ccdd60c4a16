class A {
    private static final int limit = 1;
}
