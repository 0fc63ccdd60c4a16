class A {
    private static int x;
}
