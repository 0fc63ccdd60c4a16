class A {
<<<<<<< ours
    @A("y")
||||||| base
    @A("x")
=======
    @A("z")
>>>>>>> theirs
    int x;
}
