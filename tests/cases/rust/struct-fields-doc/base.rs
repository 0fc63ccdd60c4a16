pub struct S {
    /// One.
    pub a: u8,
}
