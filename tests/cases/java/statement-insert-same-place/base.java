class A {
    void f() {
        a();
        z();
    }
}
