class A {
    private static int LIMIT = 3;
}
