class T {
    void f() {
        one();
        oneAndHalf();
        two();
    }
}
