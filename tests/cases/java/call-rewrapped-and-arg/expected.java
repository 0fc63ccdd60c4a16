class A {
    int x = compute(
            alpha,
            delta,
            gamma);
}
