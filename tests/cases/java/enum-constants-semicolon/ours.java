enum Color {
    RED,
    GREEN,
    BLUE;

    int f() {
        return 1;
    }
}
