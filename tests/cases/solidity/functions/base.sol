contract A {
    uint x;
}
