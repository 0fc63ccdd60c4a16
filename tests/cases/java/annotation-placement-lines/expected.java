class T {
    @Override
    @Deprecated
    void f() {}
}
