class A {
    void f() {
        a(2);
        b();
    }
}
