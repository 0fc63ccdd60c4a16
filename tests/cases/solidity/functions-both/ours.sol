contract A {
    uint a;
    uint b;
}
