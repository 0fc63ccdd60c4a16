class S {
    int f(int x) {
        switch (x) {
            case 1:
                return 1;
            case 2:
                return 4;
            default:
                return 0;
        }
    }
}
