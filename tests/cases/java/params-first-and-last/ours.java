class A {
    void f(int z, int a) {
        a();
    }
}
