class A {
    void f() {
        open();
        read();
    }
}
