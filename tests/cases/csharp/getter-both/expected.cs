class A
{
<<<<<<< ours
    int X => 2;
||||||| base
    int X => 1;
=======
    int X => 3;
>>>>>>> theirs
}
