class A {
    void f() {
        one(1);
    }

    void g() {
        two();
    }
}
