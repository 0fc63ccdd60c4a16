class A
{
<<<<<<< ours
    long X { get; }
||||||| base
    int X { get; }
=======
    short X { get; }
>>>>>>> theirs
}
