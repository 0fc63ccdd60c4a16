class A {
    void f() {
        open();
        readAll();
        close();
    }
}
