enum Color {
    RED,
    GREEN,
    BLUE,
    WHITE;

    int f() {
        return 1;
    }
}
