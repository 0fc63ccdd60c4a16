class T {
    void f() {
        log("hello", 2);
    }
}
