suspend fun f(a: Int): Int {
    return a
}
