fun f(x: Int) = when (x) {
    1 -> 2
    3 -> 6
    else -> 0
}
