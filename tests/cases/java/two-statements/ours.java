class T {
    void f() {
        a();
        b();
    }
}
