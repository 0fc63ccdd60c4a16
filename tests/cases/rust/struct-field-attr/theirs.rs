struct A {
    x: i64,
}
