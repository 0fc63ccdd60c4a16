enum class A {
    X,
    Y,
    Z,
    W
}
