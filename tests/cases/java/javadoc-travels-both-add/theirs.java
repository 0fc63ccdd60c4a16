class A {
    void f() {
    }

    /** Stops. */
    void stop() {
    }
}
