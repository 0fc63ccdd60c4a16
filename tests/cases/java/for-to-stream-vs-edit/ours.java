class T {
    void f() {
        as.forEach(this::g);
    }
}
