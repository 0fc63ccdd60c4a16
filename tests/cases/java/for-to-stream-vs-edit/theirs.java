class T {
    void f() {
        for (A a : as) {
            g(a, 1);
        }
    }
}
