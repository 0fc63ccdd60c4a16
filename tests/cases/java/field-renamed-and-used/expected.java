class A {
    int y;
    int f() {
<<<<<<< ours
        return y;
||||||| base
        return x;
=======
        return x + 1;
>>>>>>> theirs
    }
}
