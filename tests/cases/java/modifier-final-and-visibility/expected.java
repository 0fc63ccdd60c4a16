class A {
    private final static int x;
}
