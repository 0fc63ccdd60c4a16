enum Color {
    RED,
    GREEN,
    WHITE;

    int code() {
        return ordinal();
    }
}
