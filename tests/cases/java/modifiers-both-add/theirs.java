class A {
    private final int limit = 1;
}
