class A {
    void f() {
        a();
        b(2);
    }
}
