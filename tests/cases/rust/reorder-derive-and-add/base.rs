#[derive(Debug, Clone)]
struct S;
