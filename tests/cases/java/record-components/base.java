record A(int x) {
}
