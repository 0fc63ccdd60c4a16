class A {
    void f() {
        try {
            a();
        } catch (X | Z e) {
            b();
        }
    }
}
