class A {
    int calculate(int x) {
        int y = x + 1;
        return y;
    }
}
