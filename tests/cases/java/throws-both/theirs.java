class A {
    void f() throws IOException, TimeoutException {
        run();
    }
}
