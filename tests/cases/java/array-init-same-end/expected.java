class T {
<<<<<<< ours
    int[] a = {1, 2, 3};
||||||| base
    int[] a = {1, 2};
=======
    int[] a = {1, 2, 4};
>>>>>>> theirs
}
