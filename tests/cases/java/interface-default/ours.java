interface I {
    void a();

    default void b() {
        a();
    }
}
