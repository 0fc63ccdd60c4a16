class A {
    void f(int x) {
    }

    /** G. */
    void g() {
    }
}
