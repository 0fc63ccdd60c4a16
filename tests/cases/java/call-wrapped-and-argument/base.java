class T {
    Object f() {
        return a();
    }
}
