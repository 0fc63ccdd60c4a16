class A {
    void f() throws SQLException {
        run();
    }
}
