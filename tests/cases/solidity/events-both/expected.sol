contract A {
    event B(uint x);
    event C(uint x);
    event D(uint x);
}
