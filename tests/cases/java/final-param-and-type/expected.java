class A {
    void f(final long a) {}
}
