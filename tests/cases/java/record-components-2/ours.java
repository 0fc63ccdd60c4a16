record P(int x, int y, int z) {
}
