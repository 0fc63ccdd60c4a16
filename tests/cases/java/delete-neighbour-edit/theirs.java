class A {
    void f() {
        a();
        b();
        c(1);
    }
}
