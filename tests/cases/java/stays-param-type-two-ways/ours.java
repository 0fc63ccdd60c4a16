class A {
    void f(long a) {}
}
