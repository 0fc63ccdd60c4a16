class T {
    Object f() {
        return g(a(1));
    }
}
