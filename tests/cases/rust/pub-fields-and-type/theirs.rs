struct S {
    a: u16,
}
