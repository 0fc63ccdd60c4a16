class A {
    /** Doc. */
    void a() {
    }
}
