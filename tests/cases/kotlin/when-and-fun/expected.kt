fun f(x: Int) = when (x) {
    1 -> a(x)
    else -> c()
}
