class T {
    int calculate(int x) {
        int y = x + 10;
        return y * 2;
    }

    int other() {
        return 0;
    }
}
