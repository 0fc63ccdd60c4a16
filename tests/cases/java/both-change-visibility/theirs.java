class T {
    protected void f() {}
}
