class A {
    void f() {
        return b
            .x(10)
            .y(2);
    }
}
