enum E {
    A, // one
    B, // two
    C // three
}
