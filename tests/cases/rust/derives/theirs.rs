#[derive(Debug, Copy)]
struct A;
