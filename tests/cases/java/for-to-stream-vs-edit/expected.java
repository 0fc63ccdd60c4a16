class T {
    void f() {
<<<<<<< ours
        as.forEach(this::g);
||||||| base
        for (A a : as) {
            g(a);
        }
=======
        for (A a : as) {
            g(a, 1);
        }
>>>>>>> theirs
    }
}
