struct A {
    /// Two.
    x: u8,
}
