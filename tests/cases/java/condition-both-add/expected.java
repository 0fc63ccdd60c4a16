class A {
    boolean f() {
<<<<<<< ours
        return x && a;
||||||| base
        return x;
=======
        return x && b;
>>>>>>> theirs
    }
}
