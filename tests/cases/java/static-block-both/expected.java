class A {
    static {
        a();
<<<<<<< ours
        b();
||||||| base
=======
        c();
>>>>>>> theirs
    }
}
