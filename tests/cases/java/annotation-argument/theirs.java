class A {
    @Anno(a = 1, c = 3)
    void f() {}
}
