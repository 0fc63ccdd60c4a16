struct A {
    /// Two.
    x: u16,
}
