class A {
    void f() {
        try {
            a();
        } catch (X | Y e) {
            b();
        }
    }
}
