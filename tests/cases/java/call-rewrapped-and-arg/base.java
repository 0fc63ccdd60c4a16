class A {
    int x = compute(alpha, beta, gamma);
}
