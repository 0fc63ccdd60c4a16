class A {
    /** Docs. */
    @B
    void a() {
    }
}
