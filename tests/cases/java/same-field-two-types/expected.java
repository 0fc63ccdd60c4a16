class A {
    int x;
<<<<<<< ours
    int size;
||||||| base
=======
    long size;
>>>>>>> theirs
}
