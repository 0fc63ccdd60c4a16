fun f(x: Int) = when (x) {
    1 -> 2
    2 -> 4
    else -> 0
}
