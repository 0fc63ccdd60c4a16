enum A {
    X,
    Y,
}
