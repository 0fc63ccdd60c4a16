class A {
    void f(int x)
    {
        a();
        b();
    }
}
