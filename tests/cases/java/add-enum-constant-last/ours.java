enum E {
    A,
    B,
    C;

    int f() { return 1; }
}
