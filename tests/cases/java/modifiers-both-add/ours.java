class A {
    private static int limit = 1;
}
