class A {
    void f() {
        call(1);
    }
}
