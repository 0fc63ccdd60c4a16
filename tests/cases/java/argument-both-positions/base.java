class T {
    Object o = f(a, b);
}
