record P(int x, int y) {
}
