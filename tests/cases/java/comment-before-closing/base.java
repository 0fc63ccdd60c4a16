class T {
    void a() {}
    // end
}
