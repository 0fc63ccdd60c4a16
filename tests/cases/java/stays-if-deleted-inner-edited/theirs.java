class A {
    void f() {
        if (x) {
            a(1);
        }
        z();
    }
}
