class A {
    void f() {
        one();
    }

    void g() {
        two();
    }
}
