class A {
    private static final int LIMIT = 3;
}
