class T {
    int f(int x) {
<<<<<<< ours
        if (x == 1) {
            return 2;
        }
        return 3;
||||||| base
        return x == 1 ? 2 : 3;
=======
        return x == 1 ? 2 : 4;
>>>>>>> theirs
    }
}
