struct A {
    /// One.
    x: u8,
}
