class A {
    private int LIMIT = 3;
}
