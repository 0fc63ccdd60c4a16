struct A {
    x: i32,
    z: i32,
}
