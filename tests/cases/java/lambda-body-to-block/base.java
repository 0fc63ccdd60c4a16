class T {
    void f() {
        xs.forEach(x -> g(x));
    }
}
