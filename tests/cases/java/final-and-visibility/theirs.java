class T {
    private int f = 1;
}
