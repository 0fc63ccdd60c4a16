class T {
    void f() {
        one();
        two();
        three();
    }
}
