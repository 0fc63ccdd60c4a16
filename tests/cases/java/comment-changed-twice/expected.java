class A {
<<<<<<< ours
    // counts all the birds
||||||| base
    // counts the birds
=======
    // counts the birds and bees
>>>>>>> theirs
    int n;
}
