#[derive(Clone, Debug, Copy)]
struct S;
