class T {
    private final int f = 1;
}
