class A {
<<<<<<< ours
    private int x;
||||||| base
    int x;
=======
    public int x;
>>>>>>> theirs
}
