#[derive(Debug, Clone, Copy)]
struct A {
    x: i32,
}
