class T {
    @Test
    void f() {}
}
