class T {
    void f() {
        ys.forEach(x -> {
            h(x);
            g(x);
        });
    }
}
