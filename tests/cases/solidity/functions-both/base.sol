contract A {
    uint a;
}
