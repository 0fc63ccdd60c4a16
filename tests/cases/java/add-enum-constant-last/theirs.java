enum E {
    A,
    B,
    D;

    int f() { return 1; }
}
