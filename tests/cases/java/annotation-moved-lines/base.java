class A {
    @Test public void f() {
        a();
    }
}
