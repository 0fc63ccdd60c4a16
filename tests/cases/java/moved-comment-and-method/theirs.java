class T {
    /** A. */
    void a() {
        x();
    }

    /** B. */
    void b() {
        y();
    }

    /** C, too. */
    void c() {
        z(1);
    }
}
