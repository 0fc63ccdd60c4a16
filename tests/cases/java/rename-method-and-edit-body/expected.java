class A {
    int calculate(int x) {
        int y = x + 2;
        return y;
    }
}
