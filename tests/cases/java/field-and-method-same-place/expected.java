class A {
    int z;
    int a;

    void f() {
    }
}
