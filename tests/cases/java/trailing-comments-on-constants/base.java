enum E {
    A, // one
    B // two
}
