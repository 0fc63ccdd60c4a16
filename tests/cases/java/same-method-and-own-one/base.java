class A {
    void a() {
        a();
    }
}
