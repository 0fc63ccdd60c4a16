class A {
    int b;

    void f() {}

    int a;
}
