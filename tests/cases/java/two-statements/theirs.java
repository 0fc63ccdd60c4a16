class T {
    void f() {
        a();
        c();
    }
}
