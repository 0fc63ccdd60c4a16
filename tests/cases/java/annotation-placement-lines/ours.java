class T {
    @Override
    void f() {}
}
