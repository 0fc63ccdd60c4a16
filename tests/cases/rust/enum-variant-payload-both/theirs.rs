enum E {
    A(u32),
}
