class T {
    void f() {
        if (ready()) {
            one();
            two();
            three();
        }
    }
}
