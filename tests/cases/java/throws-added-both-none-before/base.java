class A {
    void f() {
        run();
    }
}
