class A {
    private int x;
    private int y;
    private int z;

    int getX() {
        return x;
    }

    int getY() {
        return y;
    }

    int getZ() {
        return z;
    }
}
