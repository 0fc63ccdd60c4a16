class T {
    // first
    void a() {}

    // b
    void b() {}

    // c
    void c() {}

    // last
    void z() {}
}
