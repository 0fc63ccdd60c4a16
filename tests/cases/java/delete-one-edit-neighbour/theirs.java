class T {
    void a() {}
    void b() {}
    void c() { x(); }
}
