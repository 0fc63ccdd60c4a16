class A {
    int f() {
        a();
<<<<<<< ours
        return 2;
||||||| base
        return 1;
=======
        b();
        return 3;
>>>>>>> theirs
    }
}
