class A {
    void f() {
        try {
            a();
        } catch (X | Y | Z e) {
            b();
        }
    }
}
