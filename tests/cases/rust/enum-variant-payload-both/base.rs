enum E {
    A(u8),
}
