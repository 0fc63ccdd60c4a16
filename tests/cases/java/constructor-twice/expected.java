class A {
    int n;
<<<<<<< ours

    A(int n) {
        this.n = n;
    }
||||||| base
=======

    A(int n) {
        this.n = n + 1;
    }
>>>>>>> theirs
}
