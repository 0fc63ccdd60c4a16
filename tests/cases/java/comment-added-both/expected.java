class A {
<<<<<<< ours
    // b
||||||| base
=======
    // c
>>>>>>> theirs
    int x;
}
