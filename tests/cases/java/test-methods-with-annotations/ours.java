class A {
    @Test
    void a() {
    }

    @Test
    void b() {
        x();
    }
}
