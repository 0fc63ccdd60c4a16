class A {
    @Test
    void a() {
    }
}
