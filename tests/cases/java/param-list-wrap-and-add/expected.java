class T {
    void f(
            int first,
            long second) {
        g();
    }
}
