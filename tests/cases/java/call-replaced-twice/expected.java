class T {
    Object f() {
<<<<<<< ours
        return b();
||||||| base
        return a();
=======
        return c();
>>>>>>> theirs
    }
}
