class T {
    Object f() {
        return c();
    }
}
