class A {
    public static final void f() {
    }
}
