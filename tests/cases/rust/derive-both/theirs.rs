#[derive(Debug, Default)]
struct S;
