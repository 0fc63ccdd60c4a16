enum Color {
    RED,
    GREEN;

    int f() {
        return 1;
    }
}
