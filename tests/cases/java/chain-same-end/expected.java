class T {
    Object f() {
<<<<<<< ours
        return a().b().c();
||||||| base
        return a().b();
=======
        return a().b().d();
>>>>>>> theirs
    }
}
