class A {
    int area(int width, int h) {
        check(h);
        return width * h;
    }
}
