class T {
    // first
    void a() {}

    // c
    void c() {}

    // last
    void z() {}
}
