enum Color {
    RED,
    GREEN,
    WHITE;

    int f() {
        return 1;
    }
}
