contract A {
    uint x = 3;
}
