class A {
    static int x;
}
