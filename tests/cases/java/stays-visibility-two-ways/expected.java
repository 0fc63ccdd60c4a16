class A {
<<<<<<< ours
    public int x;
||||||| base
    private int x;
=======
    protected int x;
>>>>>>> theirs
}
