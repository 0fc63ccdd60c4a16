contract A {
    uint a;
    uint c;
}
