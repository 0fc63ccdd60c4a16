class A {
    @Anno(a = 1, b = 2, c = 3)
    void f() {}
}
