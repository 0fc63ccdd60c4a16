fun f(a: Int) {
}
