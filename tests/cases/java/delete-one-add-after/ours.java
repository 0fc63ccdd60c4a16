class T {
    void a() {}
}
