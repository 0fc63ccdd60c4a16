class A {
    @Test
    void a() {
    }

    @Test
    void c() {
        y();
    }
}
