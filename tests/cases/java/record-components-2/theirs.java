record P(long x, int y) {
}
