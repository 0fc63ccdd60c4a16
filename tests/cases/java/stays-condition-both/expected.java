class A {
<<<<<<< ours
    boolean b = x && y;
||||||| base
    boolean b = x;
=======
    boolean b = x && z;
>>>>>>> theirs
}
