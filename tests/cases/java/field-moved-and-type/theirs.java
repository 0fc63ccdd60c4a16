class A {
    long a;
    int b;

    void f() {}
}
