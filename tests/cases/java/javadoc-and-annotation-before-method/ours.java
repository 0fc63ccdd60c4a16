class A {
    /** Docs. */
    void a() {
    }
}
