class A {
<<<<<<< ours
    void b() {
||||||| base
    void a() {
    }

    void b() {
=======
    void b() {
    }

    void a() {
        y();
>>>>>>> theirs
    }

    void c() {
    }

    void d() {
    }

    void a() {
        x();
    }
}
