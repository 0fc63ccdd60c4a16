class A {
<<<<<<< ours
    int x = a - b;
||||||| base
    int x = a + b;
=======
    int x = a * b;
>>>>>>> theirs
}
