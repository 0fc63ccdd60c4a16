class T {
    int f() {
        return 2;
    }
}
