class A {
    private int x;
    private int z;

    int getX() {
        return x;
    }

    int getZ() {
        return z;
    }
}
