enum E {
    A, // uno
    B // two
}
