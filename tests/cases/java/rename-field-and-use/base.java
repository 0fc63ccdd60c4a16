class T {
    int cnt;

    int next() {
        return cnt + 1;
    }

    int last() {
        return cnt;
    }
}
