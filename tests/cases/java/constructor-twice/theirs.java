class A {
    int n;

    A(int n) {
        this.n = n + 1;
    }
}
