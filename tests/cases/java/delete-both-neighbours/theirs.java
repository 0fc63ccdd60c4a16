class T {
    void a() {}

    void c() {}
}
