#[derive(Debug, Clone)]
struct A {
    x: i32,
}
