struct A {
    /// One.
    x: u16,
}
