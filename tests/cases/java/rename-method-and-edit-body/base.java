class A {
    int compute(int x) {
        int y = x + 1;
        return y;
    }
}
