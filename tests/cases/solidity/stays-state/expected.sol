contract A {
<<<<<<< ours
    uint x = 2;
||||||| base
    uint x = 1;
=======
    uint x = 3;
>>>>>>> theirs
}
