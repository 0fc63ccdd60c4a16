private fun f(a: Int) {
}
