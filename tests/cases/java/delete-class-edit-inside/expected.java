class A {
    int x;
}
<<<<<<< ours
||||||| base

class B {
    int y = 1;
}
=======

class B {
    int y = 2;
}
>>>>>>> theirs
