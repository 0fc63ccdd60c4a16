class T {
    void a() {}
    void b() {}
    // end
}
