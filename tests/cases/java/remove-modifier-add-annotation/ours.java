class T {
    void f() {}
}
