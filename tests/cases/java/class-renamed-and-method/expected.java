class B {
    B() {}

    void f() {}
}
