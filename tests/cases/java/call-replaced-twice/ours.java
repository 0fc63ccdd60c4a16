class T {
    Object f() {
        return b();
    }
}
