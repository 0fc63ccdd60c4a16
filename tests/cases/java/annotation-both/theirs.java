class A {
    @Deprecated
    void f() {
        a();
    }
}
