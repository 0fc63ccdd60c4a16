class T {
    int compute(int x) {
        int y = x + 1;
        return y * 2;
    }

    int other() {
        return 0;
    }
}
