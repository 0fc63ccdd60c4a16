class T {
    int f(int a) {
        if (a == 1) {
            return 11;
        }
        return 0;
    }
}
