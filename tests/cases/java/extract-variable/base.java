class A {
    void f() {
        print(compute(1, 2));
    }
}
