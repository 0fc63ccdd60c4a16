class A {
    @Override
    void f() {
        a();
    }
}
