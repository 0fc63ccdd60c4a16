enum A {
    X,
    Z,
}
