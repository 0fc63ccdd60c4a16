class S {
    int f(int x) {
        switch (x) {
            case 1:
                return 1;
            case 3:
                return 9;
            default:
                return 0;
        }
    }
}
