class A {
<<<<<<< ours
    int x = 2;
||||||| base
    int x = 1;
=======
    int x = 3;
>>>>>>> theirs
}
