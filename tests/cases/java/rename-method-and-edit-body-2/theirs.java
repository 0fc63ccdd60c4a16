class T {
    int compute(int x) {
        int y = x + 10;
        return y * 2;
    }

    int other() {
        return 0;
    }
}
