class A {
    public final void f() {
    }
}
