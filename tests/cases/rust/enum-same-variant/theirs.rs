enum E {
    A,
    B(u16),
}
