class A {
    void f() {
        a();
        c(1);
    }
}
