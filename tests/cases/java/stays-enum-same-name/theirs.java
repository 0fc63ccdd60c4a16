enum E {
    A,
    B(2)
}
