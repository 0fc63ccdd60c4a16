enum Color {
    RED,
    GREEN,
    BLUE;

    int code() {
        return ordinal();
    }
}
