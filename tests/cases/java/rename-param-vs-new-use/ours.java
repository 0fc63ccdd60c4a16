class T {
    int f(int width) {
        int y = width * 2;
        return y;
    }
}
