pub struct S {
    /// One.
    pub a: u8,
    /// Two.
    pub b: u8,
    /// Three.
    pub c: u8,
}
