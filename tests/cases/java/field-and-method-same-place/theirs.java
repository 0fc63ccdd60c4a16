class A {
    int z;

    void f() {
    }
}
