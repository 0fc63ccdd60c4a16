class A {
    int g() {
        return 0;
    }

    int f(int x) {
        return x;
    }
}
