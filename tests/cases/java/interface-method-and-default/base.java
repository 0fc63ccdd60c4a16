interface I {
    void a();
}
