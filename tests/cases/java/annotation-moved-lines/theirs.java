class A {
    @Test public void f() {
        b();
    }
}
