class T {
    void f() {
        one();
        two(2);
    }
}
