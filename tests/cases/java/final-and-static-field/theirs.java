class A {
    private final int LIMIT = 3;
}
