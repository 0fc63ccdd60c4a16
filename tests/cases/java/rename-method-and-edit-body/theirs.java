class A {
    int compute(int x) {
        int y = x + 2;
        return y;
    }
}
