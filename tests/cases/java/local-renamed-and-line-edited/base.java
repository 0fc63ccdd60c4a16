class A {
    void f() {
        int count = 0;
        use(count);
    }
}
