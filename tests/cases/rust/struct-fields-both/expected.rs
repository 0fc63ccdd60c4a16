struct A {
    x: i32,
    y: i32,
    z: i32,
}
