enum A {
    X,
    Y
}
