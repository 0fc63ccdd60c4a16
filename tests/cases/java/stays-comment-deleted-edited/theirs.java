class A {
    /** Two. */
    void f() {
        a();
    }

    void g() {
    }
}
