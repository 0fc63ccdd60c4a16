#[derive(Debug, Clone, Default)]
struct S;
