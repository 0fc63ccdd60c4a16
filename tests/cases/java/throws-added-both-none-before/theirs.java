class A {
    void f() throws TimeoutException {
        run();
    }
}
