class A {
    void f() {
        int count = 1;
        use(count);
    }
}
