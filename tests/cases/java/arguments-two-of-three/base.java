class A {
    int x = f(a, b, c);
}
