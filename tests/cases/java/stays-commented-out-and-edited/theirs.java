class A {
    void f() {
        a(1);
        b();
    }
}
