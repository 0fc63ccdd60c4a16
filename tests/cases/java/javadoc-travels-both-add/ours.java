class A {
    void f() {
    }

    /** Starts. */
    void start() {
    }
}
