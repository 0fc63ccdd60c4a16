fun f(a: Int?) {
}
