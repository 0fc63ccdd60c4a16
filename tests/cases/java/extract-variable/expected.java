class A {
    void f() {
        int v = compute(1, 3);
        print(v);
    }
}
