class A {
    void f() {
        open();
        check();
        read();
    }
}
