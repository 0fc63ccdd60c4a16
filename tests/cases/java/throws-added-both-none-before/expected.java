class A {
    void f() throws SQLException, TimeoutException {
        run();
    }
}
