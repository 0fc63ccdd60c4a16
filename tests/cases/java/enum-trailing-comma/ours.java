enum A {
    X,
    Y,
    Z,
}
