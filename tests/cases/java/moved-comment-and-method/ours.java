class T {
    /** C. */
    void c() {
        z();
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
