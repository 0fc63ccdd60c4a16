interface I {
    void a();

    default void b() {
        a();
    }

    static I of() {
        return null;
    }
}
