class A {
    static {
        a();
    }
}
