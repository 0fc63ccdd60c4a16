fun f(x: Int) = when (x) {
    1 -> a()
    2 -> b()
    else -> z()
}
