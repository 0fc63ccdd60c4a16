enum class A {
    X,
    Y,
    W
}
