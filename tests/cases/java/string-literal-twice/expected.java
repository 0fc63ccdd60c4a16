class A {
<<<<<<< ours
    String s = "goodbye world";
||||||| base
    String s = "hello world";
=======
    String s = "hello moon";
>>>>>>> theirs
}
