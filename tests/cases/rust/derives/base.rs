#[derive(Debug)]
struct A;
