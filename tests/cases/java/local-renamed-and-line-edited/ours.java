class A {
    void f() {
        int total = 0;
        use(total);
    }
}
