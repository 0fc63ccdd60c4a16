class T {
    Object f() {
        return a(1);
    }
}
