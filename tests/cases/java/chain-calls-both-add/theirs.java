class A {
    void f() {
        return b
            .x(1)
            .w(3)
            .z();
    }
}
