contract A {
    event B(uint x);
    event D(uint x);
}
