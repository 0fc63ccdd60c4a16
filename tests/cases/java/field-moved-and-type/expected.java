class A {
    int b;

    void f() {}

    long a;
}
