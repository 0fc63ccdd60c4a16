class T {
    int cnt;

    int next() {
        return step(cnt) + 1;
    }

    int last() {
        return cnt;
    }
}
