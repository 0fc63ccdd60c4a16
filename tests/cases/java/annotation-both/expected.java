class A {
    @Override
    @Deprecated
    void f() {
        a();
    }
}
