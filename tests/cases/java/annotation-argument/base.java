class A {
    @Anno(a = 1)
    void f() {}
}
