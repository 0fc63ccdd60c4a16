class A {
    int x = f(a1, b, c1);
}
