enum E {
    A(u16),
}
