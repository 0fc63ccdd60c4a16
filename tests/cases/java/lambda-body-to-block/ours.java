class T {
    void f() {
        xs.forEach(x -> {
            h(x);
            g(x);
        });
    }
}
