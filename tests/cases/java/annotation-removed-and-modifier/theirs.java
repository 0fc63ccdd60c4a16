class A {
    @A
    private int x;
}
