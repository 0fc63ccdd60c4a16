class T {
    int count;

    int next() {
        return step(count) + 1;
    }

    int last() {
        return count;
    }
}
