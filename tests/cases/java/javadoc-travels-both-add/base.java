class A {
    void f() {
    }
}
