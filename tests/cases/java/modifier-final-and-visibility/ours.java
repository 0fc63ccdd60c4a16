class A {
    private final int x;
}
