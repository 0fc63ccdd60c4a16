class A {
    void f() {
        int v = compute(1, 2);
        print(v);
    }
}
