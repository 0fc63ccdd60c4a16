enum E {
    A, // uno
    B, // two
    C // three
}
