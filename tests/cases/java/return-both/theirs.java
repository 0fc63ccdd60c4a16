class T {
    int f() {
        return 3;
    }
}
