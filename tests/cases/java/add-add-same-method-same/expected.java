class A {
    int x;

    void f() {
        a();
    }

    void g() {
        b();
    }

    void h() {
        c();
    }
}
