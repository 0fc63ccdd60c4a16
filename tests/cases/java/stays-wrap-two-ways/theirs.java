class A {
    void f() {
        while (y) {
            a();
        }
    }
}
