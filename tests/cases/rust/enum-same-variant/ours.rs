enum E {
    A,
    B(u8),
}
