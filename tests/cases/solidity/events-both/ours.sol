contract A {
    event B(uint x);
    event C(uint x);
}
