class T {
    int f(int a) {
        if (a == 1) {
            return 1;
        } else if (a == 2) {
            return 2;
        }
        return 0;
    }
}
