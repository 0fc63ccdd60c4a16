enum E {
    A,
}
