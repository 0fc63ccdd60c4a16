enum E {
    A,
    B,
    C,
    D;

    int f() { return 1; }
}
