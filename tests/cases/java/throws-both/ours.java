class A {
    void f() throws IOException, SQLException {
        run();
    }
}
