enum Color {
    RED,
    GREEN,
    BLUE,
    WHITE;

    int code() {
        return ordinal();
    }
}
