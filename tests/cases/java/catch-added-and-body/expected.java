class A {
    void f() {
        try {
            a(1);
        } catch (X | Y e) {
            b();
        }
    }
}
