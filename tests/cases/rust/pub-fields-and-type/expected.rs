struct S {
    pub a: u16,
}
