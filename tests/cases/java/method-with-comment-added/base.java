class T {
    // first
    void a() {}

    // last
    void z() {}
}
