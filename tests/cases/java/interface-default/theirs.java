interface I {
    void a();

    static I of() {
        return null;
    }
}
