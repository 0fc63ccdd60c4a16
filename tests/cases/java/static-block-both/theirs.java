class A {
    static {
        a();
        c();
    }
}
