struct S {
    b: u8,
}
