class T {
    @Deprecated
    void f() {}
}
