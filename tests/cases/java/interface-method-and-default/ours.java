interface I {
    void a();

    void b();
}
