class A {
    void f() throws IOException, SQLException, TimeoutException {
        run();
    }
}
