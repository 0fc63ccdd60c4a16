class A {
    private int x;
    private int y;

    int getX() {
        return x;
    }

    int getY() {
        return y;
    }
}
