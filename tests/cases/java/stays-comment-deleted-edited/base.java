class A {
    /** One. */
    void f() {
        a();
    }

    void g() {
    }
}
