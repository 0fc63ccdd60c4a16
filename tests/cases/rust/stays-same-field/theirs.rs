struct A {
    x: i32,
    y: u16,
}
