enum A {
    X,
    Y,
    Z,
    W,
}
