class A {
    /** F. */
    void f() {
    }

    void g() {
    }
}
