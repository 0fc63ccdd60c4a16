class A {
<<<<<<< ours
    String s = "a" + b + c;
||||||| base
    String s = "a" + b;
=======
    String s = "a" + b + d;
>>>>>>> theirs
}
