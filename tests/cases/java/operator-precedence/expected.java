class T {
<<<<<<< ours
    int a = b + c + d;
||||||| base
    int a = b + c;
=======
    int a = (b + c) * 2;
>>>>>>> theirs
}
