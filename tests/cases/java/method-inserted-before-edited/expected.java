class A {
    int g() {
        return 0;
    }

    int f(long x) {
        return x;
    }
}
