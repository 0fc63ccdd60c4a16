class A {
    void f() {
    }

    /** Starts. */
    void start() {
    }

    /** Stops. */
    void stop() {
    }
}
