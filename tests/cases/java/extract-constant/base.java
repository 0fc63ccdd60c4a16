class T {
    void f() {
        log("hello", 1);
    }
}
