struct S {
    pub a: u8,
}
