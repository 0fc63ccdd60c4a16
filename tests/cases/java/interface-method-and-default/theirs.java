interface I {
    void a();

    default int c() {
        return 1;
    }
}
