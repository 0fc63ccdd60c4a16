class A {
    void f() {
        call(2);
    }
}
