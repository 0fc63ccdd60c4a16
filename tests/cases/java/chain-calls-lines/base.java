class A {
    void f() {
        return b
            .x(1)
            .y(2);
    }
}
