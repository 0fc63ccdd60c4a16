class A {
    @Anno(a = 1, b = 2)
    void f() {}
}
