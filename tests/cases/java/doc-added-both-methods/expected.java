class A {
    /** F. */
    void f(int x) {
    }

    /** G. */
    void g() {
    }
}
