contract A {
    event B(uint x);
}
