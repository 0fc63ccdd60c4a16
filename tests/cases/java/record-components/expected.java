record A(long x, int y) {
}
