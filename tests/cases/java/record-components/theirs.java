record A(long x) {
}
