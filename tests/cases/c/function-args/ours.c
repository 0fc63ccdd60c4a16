int f(long a, int b) {
    return a + b;
}
