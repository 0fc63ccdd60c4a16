fun f(a: Int): Int {
    return a + 2
}
