enum A
{
    X,
<<<<<<< ours
    Y = 1,
||||||| base
=======
    Y = 2,
>>>>>>> theirs
}
