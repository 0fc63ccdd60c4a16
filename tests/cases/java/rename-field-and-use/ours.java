class T {
    int count;

    int next() {
        return count + 1;
    }

    int last() {
        return count;
    }
}
