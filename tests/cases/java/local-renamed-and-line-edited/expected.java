class A {
    void f() {
        int total = 1;
        use(total);
    }
}
