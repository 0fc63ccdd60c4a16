class T {
    @Test
    public void f() {}
}
