class T {
    T(int a) {
        this.a = a;
<<<<<<< ours
        init();
||||||| base
=======
        register();
>>>>>>> theirs
    }
}
