class T {
    int f(int a) {
        if (a > 1) {
            return a;
        }
        return 0;
    }
}
