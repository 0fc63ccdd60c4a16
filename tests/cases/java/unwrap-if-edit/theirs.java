class T {
    void f() {
        if (ready()) {
            one();
            two(2);
            three();
        }
    }
}
