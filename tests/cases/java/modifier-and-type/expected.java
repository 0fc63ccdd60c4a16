class A {
    private long limit = 1;
}
