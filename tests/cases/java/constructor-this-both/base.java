class T {
    T(int a) {
        this.a = a;
    }
}
