#[derive(Debug)]
struct A {
    x: i32,
}
