class T {
    Object o = f(x, a, b);
}
