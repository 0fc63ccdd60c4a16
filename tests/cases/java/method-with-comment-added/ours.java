class T {
    // first
    void a() {}

    // b
    void b() {}

    // last
    void z() {}
}
