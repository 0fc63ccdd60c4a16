#[derive(Debug, Copy)]
struct A {
    x: i32,
}
