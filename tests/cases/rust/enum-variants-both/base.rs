enum A {
    X,
}
