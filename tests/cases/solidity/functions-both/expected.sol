contract A {
    uint a;
<<<<<<< ours
    uint b;
||||||| base
=======
    uint c;
>>>>>>> theirs
}
