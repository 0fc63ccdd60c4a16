enum E {
    A,
    B(1)
}
