class T {
    /** C, too. */
    void c() {
        z(1);
    }

    /** A. */
    void a() {
        x();
    }

    /** B. */
    void b() {
        y();
    }
}
