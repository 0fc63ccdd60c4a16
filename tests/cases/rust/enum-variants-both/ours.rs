enum A {
    X,
    Y(i32),
}
