class A {
    void h() {
        a();
    }
}
