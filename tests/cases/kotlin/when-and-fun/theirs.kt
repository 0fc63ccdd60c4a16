fun f(x: Int) = when (x) {
    1 -> a()
    else -> c()
}
