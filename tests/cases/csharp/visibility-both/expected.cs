class A
{
<<<<<<< ours
    public int x;
||||||| base
    int x;
=======
    private int x;
>>>>>>> theirs
}
