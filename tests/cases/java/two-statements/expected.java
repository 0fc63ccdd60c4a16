class T {
    void f() {
        a();
<<<<<<< ours
        b();
||||||| base
=======
        c();
>>>>>>> theirs
    }
}
