class A {
<<<<<<< ours
    int x;
||||||| base
    @A
    int x;
=======
    @A
    private int x;
>>>>>>> theirs
}
