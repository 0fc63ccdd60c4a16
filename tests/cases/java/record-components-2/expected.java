record P(long x, int y, int z) {
}
