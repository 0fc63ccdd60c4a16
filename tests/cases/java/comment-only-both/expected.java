class A {
<<<<<<< ours
    // b
||||||| base
    // a
=======
    // c
>>>>>>> theirs
    int x;
}
