fun f(x: Int) = when (x) {
    1 -> "one"
    else -> "lots"
}
