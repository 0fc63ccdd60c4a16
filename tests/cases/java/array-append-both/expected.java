class A {
<<<<<<< ours
    String[] x = { "a", "b" };
||||||| base
    String[] x = { "a" };
=======
    String[] x = { "a", "c" };
>>>>>>> theirs
}
