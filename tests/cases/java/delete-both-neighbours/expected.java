class T {
    void c() {}
}
