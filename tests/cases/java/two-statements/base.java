class T {
    void f() {
        a();
    }
}
