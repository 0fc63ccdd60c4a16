class A
{
    int F(int x) => x switch
    {
        1 => 2,
<<<<<<< ours
        2 => 4,
||||||| base
=======
        3 => 6,
>>>>>>> theirs
        _ => 0,
    };
}
