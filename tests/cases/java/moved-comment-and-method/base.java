class T {
    /** A. */
    void a() {
        x();
    }

    /** B. */
    void b() {
        y();
    }

    /** C. */
    void c() {
        z();
    }
}
