class T {
    void f() {
        ys.forEach(x -> g(x));
    }
}
