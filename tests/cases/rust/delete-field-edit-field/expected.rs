struct S {
    b: u16,
}
