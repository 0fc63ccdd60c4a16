class A {
    private int x;

    int getX() {
        return x;
    }
}
