class A {
    /** Doc. */
    @B
    void a() {
    }
}
