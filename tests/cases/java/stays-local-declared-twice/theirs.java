class A {
    void f() {
        int x = 2;
        a();
    }
}
