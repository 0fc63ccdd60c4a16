enum class A {
    X,
    Y
}
