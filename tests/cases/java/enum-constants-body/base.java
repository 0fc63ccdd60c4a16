enum Color {
    RED,
    GREEN;

    int code() {
        return ordinal();
    }
}
