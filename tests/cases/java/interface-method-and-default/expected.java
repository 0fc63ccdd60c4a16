interface I {
    void a();

    void b();

    default int c() {
        return 1;
    }
}
