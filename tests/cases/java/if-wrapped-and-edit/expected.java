class A {
    void f() {
        if (ok) {
            call(2);
        }
    }
}
