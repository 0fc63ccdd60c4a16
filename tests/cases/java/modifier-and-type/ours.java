class A {
    private int limit = 1;
}
