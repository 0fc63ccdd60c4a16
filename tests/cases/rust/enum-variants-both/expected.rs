enum A {
    X,
    Y(i32),
    Z,
}
