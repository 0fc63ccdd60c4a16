struct A {
    x: i32,
}
