class T {
    void b() {}

    void c() {}
}
