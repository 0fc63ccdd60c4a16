class A {
    A() {}

    void f() {}
}
