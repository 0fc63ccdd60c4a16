class A {
    int x;

    void f() {
        a();
    }

    void h() {
        c();
    }
}
