class A {
    int area(int width, int h) {
        return width * h;
    }
}
