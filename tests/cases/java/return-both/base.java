class T {
    int f() {
        return 1;
    }
}
