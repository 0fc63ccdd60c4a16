class T {
    static final String HELLO = "hello";

    void f() {
        log(HELLO, 2);
    }
}
