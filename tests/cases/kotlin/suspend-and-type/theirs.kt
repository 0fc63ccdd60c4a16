fun f(a: Int): Long {
    return a
}
