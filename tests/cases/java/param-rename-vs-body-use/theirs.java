class A {
    int area(int w, int h) {
        check(h);
        return w * h;
    }
}
