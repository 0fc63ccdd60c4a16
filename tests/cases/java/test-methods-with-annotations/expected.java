class A {
    @Test
    void a() {
    }

    @Test
    void b() {
        x();
    }

    @Test
    void c() {
        y();
    }
}
