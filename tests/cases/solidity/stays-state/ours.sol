contract A {
    uint x = 2;
}
