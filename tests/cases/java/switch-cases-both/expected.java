class S {
    int f(int x) {
        switch (x) {
            case 1:
                return 1;
<<<<<<< ours
            case 2:
                return 4;
||||||| base
=======
            case 3:
                return 9;
>>>>>>> theirs
            default:
                return 0;
        }
    }
}
