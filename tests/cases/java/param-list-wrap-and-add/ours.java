class T {
    void f(
            int first,
            int second) {
        g();
    }
}
