class A {
    void f() {
        try {
            a();
        } catch (X e) {
            b();
        }
    }
}
