class A {
    void f(int z, int a, int c) {
        a();
    }
}
