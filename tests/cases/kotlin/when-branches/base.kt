fun f(x: Int) = when (x) {
    1 -> 2
    else -> 0
}
