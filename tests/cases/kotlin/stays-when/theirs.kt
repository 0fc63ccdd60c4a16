fun f(x: Int) = when (x) {
    1 -> a()
    3 -> c()
    else -> z()
}
