class A {
    int x;

    void f() {
        a();
    }

    void g() {
        b();
    }
}
